//# allFunctionsCalledOnLoad
import{rc as a}from"./QR57UGQV.js";import"./KPYX2UJN.js";import"./45GWE4C6.js";export{a as draw};
