//# allFunctionsCalledOnLoad
import{q as a}from"./7O7UDVWH.js";import"./L5T2ADLX.js";import"./NYKL2IXJ.js";import"./GDL3CFJI.js";import"./ELXGJRMD.js";import"./VTNR225N.js";import"./45GWE4C6.js";export{a as default};
