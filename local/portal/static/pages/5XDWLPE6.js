//# allFunctionsCalledOnLoad
import{i as a}from"./NU7QO3YC.js";import"./AAI6PPRY.js";import"./NYKL2IXJ.js";import"./GDL3CFJI.js";import"./ELXGJRMD.js";import"./VTNR225N.js";import"./45GWE4C6.js";export{a as default};
